// A picture recalled, with a reason.

import { useState } from "preact/hooks";
import { type Picture, recall, ServiceError } from "./client";
import { Reason } from "./maskform";
import { Sheet, tell } from "./parts";
import { useSpeech } from "./speech";

interface Props {
  picture: Picture;
  close: () => void;
  /** Called when the picture is no longer what it was. */
  stale: () => void;
  done: (picture: Picture) => void;
}

export function Recall({ picture, close, stale, done }: Props) {
  const { words } = useSpeech();
  const [reason, setReason] = useState("");
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState(false);

  const save = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setFault("");
    try {
      done(await recall(picture.id, reason));
    } catch (error) {
      setFault(tell(words, error));
      if (error instanceof ServiceError && error.code === "conflict") stale();
      setBusy(false);
    }
  };

  return (
    <Sheet title={words.recall.title} close={close}>
      <form onSubmit={save}>
        <p class="small">{words.recall.lead}</p>
        <Reason id="recall-reason" label={words.recall.reason} value={reason} put={setReason} />
        {fault !== "" && (
          <p class="fault" role="alert">
            {fault}
          </p>
        )}
        <p class="actions">
          <button type="submit" class="button danger" disabled={busy}>
            {words.recall.save}
          </button>
        </p>
      </form>
    </Sheet>
  );
}
