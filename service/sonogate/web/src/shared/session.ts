// Who is asking. The token lives in memory alone and is gone with the page.

let token: string | null = null;

export function signIn(value: string): void {
  token = value.trim() || null;
}

export function signOut(): void {
  token = null;
}

export function signedIn(): boolean {
  return token !== null;
}

/** Return the headers that a request says who it is from with. */
export function authorization(): Record<string, string> {
  return token === null ? {} : { authorization: `Bearer ${token}` };
}

/**
 * Take a secret out of the address (`#pair=…`), so that neither the history nor a screenshot
 * of the address bar keeps it.
 */
export function takePairingSecret(): string | null {
  const found = new URLSearchParams(location.hash.slice(1)).get("pair");
  if (found !== null) history.replaceState(null, "", location.pathname + location.search);
  return found;
}
