// Who is asking: a key, exchanged for a session.

import { useEffect, useRef, useState } from "preact/hooks";
import { openWithKey } from "../shared/opening";
import { useSpeech } from "./speech";

interface Props {
  /** Whether a session ended just now. */
  expired: boolean;
  onOpen: () => void;
}

export function SignIn({ expired, onOpen }: Props) {
  const { words } = useSpeech();
  const [key, setKey] = useState("");
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<"" | "refused" | "offline">("");
  const field = useRef<HTMLInputElement>(null);

  useEffect(() => field.current?.focus(), []);

  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setFault("");
    const opened = await openWithKey(key);
    setBusy(false);
    if (opened === "open") {
      setKey("");
      onOpen();
    } else {
      setFault(opened);
      field.current?.focus();
    }
  };

  const told = fault === "offline" ? words.problems.offline : words.signIn.wrong;
  return (
    <form class="card sign-in" onSubmit={submit}>
      <h1>{words.signIn.title}</h1>
      <p class={expired ? "notice" : "small"} role={expired ? "alert" : undefined}>
        {expired ? words.signIn.expired : words.signIn.lead}
      </p>
      <div class="field">
        <label for="key">{words.signIn.key}</label>
        {/* For keepers of passwords, which look for whose it is. */}
        <input type="text" autocomplete="username" value="sonogate" readOnly hidden />
        <input
          id="key"
          ref={field}
          type="password"
          autocomplete="current-password"
          required
          dir="ltr"
          value={key}
          aria-invalid={fault === "refused"}
          aria-describedby={fault === "" ? undefined : "key-fault"}
          onInput={(event) => setKey(event.currentTarget.value)}
        />
      </div>
      {fault !== "" && (
        <p class="fault" id="key-fault" role="alert">
          {told}
        </p>
      )}
      <button type="submit" class="button primary" disabled={busy}>
        {words.signIn.open}
      </button>
    </form>
  );
}
