import { useState } from "preact/hooks";
import { openWithKey } from "../shared/opening";
import { useSpeech } from "./speech";

/** Asks for the service's key, and exchanges it for a session. */
export function SignIn({ expired, onOpen }: { expired: boolean; onOpen: () => void }) {
  const { words } = useSpeech();
  const [key, setKey] = useState("");
  const [fault, setFault] = useState("");
  const submit = async (event: Event) => {
    event.preventDefault();
    const opened = await openWithKey(key);
    if (opened === "open") onOpen();
    else setFault(opened === "refused" ? words.sign_in_refused : words.unreachable);
  };
  return (
    <form class="trouble sign-in" onSubmit={submit}>
      <h1 tabIndex={-1}>{words.sign_in_title}</h1>
      <p>{expired ? words.expired : words.sign_in_lead}</p>
      <label class="field">
        <span>{words.sign_in_key}</span>
        <input
          type="password"
          required
          dir="ltr"
          autocomplete="current-password"
          value={key}
          onInput={(event) => setKey(event.currentTarget.value)}
        />
      </label>
      {fault !== "" && <p role="alert">{fault}</p>}
      <button type="submit" class="button primary wide">
        {words.sign_in}
      </button>
    </form>
  );
}
