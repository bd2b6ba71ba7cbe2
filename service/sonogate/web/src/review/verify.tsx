// Whether a file is a picture that was issued here: dropped, or chosen.

import { useRef, useState } from "preact/hooks";
import { fill } from "../shared/i18n";
import { type Verification, verify } from "./client";
import { tell } from "./parts";
import { useSpeech, writeMoment } from "./speech";

export function Verify({ open }: { open: (id: string) => void }) {
  const { words } = useSpeech();
  const [signature, setSignature] = useState("");
  const [over, setOver] = useState(false);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState("");
  const [found, setFound] = useState<Verification | null>(null);
  const field = useRef<HTMLInputElement>(null);

  const check = async (file: File | undefined) => {
    if (file === undefined) return;
    setBusy(true);
    setFault("");
    setFound(null);
    try {
      setFound(await verify(file, signature.trim()));
    } catch (error) {
      setFault(tell(words, error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <section class="verify" aria-labelledby="verify-title">
      <h1 id="verify-title">{words.verify.title}</h1>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the button in it does the same */}
      <div
        class={`drop ${over ? "over" : ""}`}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          check(event.dataTransfer?.files[0]);
        }}
      >
        <p>{words.verify.lead}</p>
        <button type="button" class="button primary" onClick={() => field.current?.click()}>
          {words.verify.choose}
        </button>
        <input
          ref={field}
          type="file"
          id="verify-file"
          hidden
          onChange={(event) => {
            check(event.currentTarget.files?.[0]);
            event.currentTarget.value = "";
          }}
        />
      </div>
      <div class="field">
        <label for="signature">{words.verify.signature}</label>
        <input
          id="signature"
          dir="ltr"
          autocomplete="off"
          maxLength={8192}
          value={signature}
          onInput={(event) => setSignature(event.currentTarget.value)}
        />
      </div>
      <div role="status">
        {busy && <p class="small">{words.verify.checking}</p>}
        {found !== null && <Found found={found} open={open} />}
      </div>
      {fault !== "" && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
    </section>
  );
}

function Found({ found, open }: { found: Verification; open: (id: string) => void }) {
  const { words, language } = useSpeech();
  const { status, image, superseded_by, recalled, registered_at } = found;
  return (
    <div class={`card answer ${status.toLowerCase()}`}>
      <h2>{words.verify[status]}</h2>
      <p>{words.verify[`${status}Text`]}</p>
      {recalled !== null && (
        <p>
          {words.detail.why}: <bdi>{recalled.reason}</bdi>
        </p>
      )}
      {registered_at !== null && (
        <p class="small">
          {fill(words.verify.registered, { when: writeMoment(language, registered_at) })}
        </p>
      )}
      <p class="actions">
        {superseded_by !== null && (
          <button type="button" class="button primary" onClick={() => open(superseded_by)}>
            {words.verify.openNew}
          </button>
        )}
        {image !== null && (
          <button type="button" class="button" onClick={() => open(image)}>
            {words.verify.open}
          </button>
        )}
      </p>
    </div>
  );
}
