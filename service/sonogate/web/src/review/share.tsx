// A picture handed on: saved as a file, or stored in an archive that the service knows.

import { useEffect, useState } from "preact/hooks";
import { fill } from "../shared/i18n";
import {
  type Copy,
  exportCopy,
  fetchArchives,
  fetchFile,
  type Patient,
  type Picture,
  type Shape,
  send,
} from "./client";
import { Sheet, tell } from "./parts";
import { useSpeech } from "./speech";

const ENDINGS: Record<Shape | "png", string> = {
  png: "png",
  dicom: "dcm",
  report: "sr.dcm",
  fhir: "fhir.json",
  clinical: "json",
};
const ARCHIVE = "archive:";

interface Saved {
  name: string;
  url: string;
}

export function Share({ picture, close }: { picture: Picture; close: () => void }) {
  const { words } = useSpeech();
  const [archives, setArchives] = useState<string[] | null>(null);
  const [target, setTarget] = useState("png");
  const [patient, setPatient] = useState<Patient>({ patient_id: "" });
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState(false);
  const [sent, setSent] = useState(false);
  const [files, setFiles] = useState<Saved[]>([]);

  useEffect(() => {
    fetchArchives()
      .then(setArchives)
      .catch((error) => setFault(tell(words, error)));
  }, [words]);
  useEffect(
    () => () => {
      for (const file of files) URL.revokeObjectURL(file.url);
    },
    [files],
  );

  // Copies that name the patient are for the patient's own care.
  const canName = picture.purpose === "direct_care" || picture.purpose === "consultation";
  const named = canName && target !== "png" && patient.patient_id !== "" ? patient : undefined;
  const put = (name: "patient_id" | "name" | "birth_date") => (event: Event) => {
    const { value } = event.currentTarget as HTMLInputElement;
    const { [name]: _, ...rest } = patient;
    setPatient({ patient_id: "", ...rest, ...(value === "" ? {} : { [name]: value }) });
  };

  const hand = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setFault("");
    setSent(false);
    setFiles([]);
    try {
      if (target.startsWith(ARCHIVE)) {
        await send(picture.id, target.slice(ARCHIVE.length), named);
        setSent(true);
      } else {
        setFiles(filesOf(picture, target as Shape | "png", await copyOf(picture, target, named)));
      }
    } catch (error) {
      setFault(tell(words, error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <Sheet title={words.share.title} close={close}>
      <form onSubmit={hand}>
        <p class="small">{words.share.lead}</p>
        <div class="field">
          <label for="shape">{words.share.shape}</label>
          <select
            id="shape"
            value={target}
            onChange={(event) => setTarget(event.currentTarget.value)}
          >
            <option value="png">{words.share.png}</option>
            {archives !== null && (
              <>
                <option value="dicom">{words.share.dicom}</option>
                <option value="report">{words.share.report}</option>
                <option value="fhir">{words.share.fhir}</option>
                <option value="clinical">{words.share.clinical}</option>
                {archives.map((name) => (
                  <option key={name} value={ARCHIVE + name}>
                    {fill(words.share.archive, { name })}
                  </option>
                ))}
              </>
            )}
          </select>
        </div>
        {canName && target !== "png" && (
          <details>
            <summary>{words.share.patient}</summary>
            <div class="patient">
              <div class="field">
                <label for="patient-id">{words.share.patientId}</label>
                <input
                  id="patient-id"
                  maxLength={64}
                  autocomplete="off"
                  onInput={put("patient_id")}
                />
              </div>
              <div class="field">
                <label for="patient-name">{words.share.patientName}</label>
                <input id="patient-name" maxLength={64} autocomplete="off" onInput={put("name")} />
              </div>
              <div class="field">
                <label for="birth-date">{words.share.birthDate}</label>
                <input id="birth-date" type="date" autocomplete="off" onInput={put("birth_date")} />
              </div>
            </div>
          </details>
        )}
        {fault !== "" && (
          <p class="fault" role="alert">
            {fault}
          </p>
        )}
        <p role="status" class="notice" hidden={!sent && files.length === 0}>
          {sent ? words.share.sent : files.length > 0 ? words.share.saved : ""}
        </p>
        <p class="actions">
          {files.map((file, index) => (
            <a key={file.name} class="button primary" href={file.url} download={file.name}>
              {index === 0 ? fill(words.share.file, { name: file.name }) : words.share.signature}
            </a>
          ))}
          <button
            type="submit"
            class={`button ${files.length > 0 ? "" : "primary"}`}
            disabled={busy}
          >
            {target.startsWith(ARCHIVE) ? words.share.send : words.share.save}
          </button>
        </p>
      </form>
    </Sheet>
  );
}

async function copyOf(picture: Picture, target: string, patient?: Patient): Promise<Copy> {
  if (target !== "png") return exportCopy(picture.id, target as Shape, patient);
  return { file: await fetchFile(picture.id, false), signature: null };
}

function filesOf(picture: Picture, shape: Shape | "png", copy: Copy): Saved[] {
  const name = `${picture.id}.${ENDINGS[shape]}`;
  const files = [{ name, url: URL.createObjectURL(copy.file) }];
  if (copy.signature !== null) {
    const text = new Blob([copy.signature], { type: "application/jose" });
    files.push({ name: `${name}.jws`, url: URL.createObjectURL(text) });
  }
  return files;
}
