// A session of some hours in the place of a key. Its token alone outlives a reload, in this
// tab; a key never does.

import { api } from "./api";
import { signIn, signOut } from "./session";

const KEPT = "sonogate.session";

/** Whether a session could be opened, or why not. */
export type Opening = "open" | "refused" | "offline";

/** Take up the session that this tab had before it was reloaded; say whether there was one. */
export function resume(): boolean {
  const token = sessionStorage.getItem(KEPT);
  if (token !== null) signIn(token);
  return token !== null;
}

/** Open a session with an API key; an access token of an identity provider is used as it is. */
export async function openWithKey(key: string): Promise<Opening> {
  signIn(key);
  const opened = await open({});
  // A provider's tokens end by themselves: no session is made of them.
  return opened === "as_it_is" ? "open" : opened;
}

/** Open a session with the code that the service's terminal shows. */
export async function openWithCode(pairing: string): Promise<Opening> {
  const opened = await open({ pairing });
  return opened === "as_it_is" ? "refused" : opened;
}

export function close(): void {
  sessionStorage.removeItem(KEPT);
  signOut();
}

async function open(body: { pairing?: string }): Promise<Opening | "as_it_is"> {
  try {
    const { data, response } = await api.POST("/v1/sessions", { body });
    if (data !== undefined) {
      sessionStorage.setItem(KEPT, data.token);
      signIn(data.token);
      return "open";
    }
    if (response.status === 403) return "as_it_is";
    close();
    return response.status < 500 ? "refused" : "offline";
  } catch {
    signOut();
    return "offline";
  }
}
