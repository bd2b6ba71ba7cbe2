// Small parts that several places share.

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { fetchFile, ServiceError } from "./client";
import { useSpeech, type Words } from "./speech";

/** Say what went wrong. */
export function tell(words: Words, error: unknown): string {
  const code = error instanceof ServiceError ? error.code : "other";
  const told: Record<string, string> = words.problems;
  return told[code] ?? words.problems.other;
}

/** A picture from the service as an address of this page; null until it is there. */
export function usePicture(
  id: string | null,
  small: boolean,
): { url: string | null; gone: boolean } {
  const [url, setUrl] = useState<string | null>(null);
  const [gone, setGone] = useState(false);
  useEffect(() => {
    if (id === null) return;
    const work = new AbortController();
    let made: string | null = null;
    fetchFile(id, small, work.signal)
      .then((blob) => {
        if (work.signal.aborted) return;
        made = URL.createObjectURL(blob);
        setUrl(made);
      })
      .catch((error) => setGone(error instanceof ServiceError && error.status === 404));
    return () => {
      work.abort();
      if (made !== null) URL.revokeObjectURL(made);
      setUrl(null);
    };
  }, [id, small]);
  return { url, gone };
}

/** A small picture that is fetched when it comes into view. */
export function Thumbnail({ id, there }: { id: string; there: boolean }) {
  const { words } = useSpeech();
  const [seen, setSeen] = useState(false);
  const frame = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    if (frame.current === null) return;
    const watch = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      setSeen(true);
      watch.disconnect();
    });
    watch.observe(frame.current);
    return () => watch.disconnect();
  }, []);
  const { url, gone } = usePicture(seen && there ? id : null, true);
  return (
    <span class="thumbnail" ref={frame}>
      {url !== null && <img src={url} alt="" />}
      {(!there || gone) && <span class="small">{words.list.gone}</span>}
    </span>
  );
}

interface SheetProps {
  title: string;
  close: () => void;
  children: ComponentChildren;
}

/** A dialog over the page; Escape closes it, and the focus goes back to where it was. */
export function Sheet({ title, close, children }: SheetProps) {
  const { words } = useSpeech();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog ref={dialog} class="sheet" aria-labelledby="sheet-title" onClose={close}>
      <div class="sheet-head">
        <h2 id="sheet-title">{title}</h2>
        <button
          type="button"
          class="button quiet close"
          aria-label={words.cancel}
          onClick={() => dialog.current?.close()}
        >
          <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
            <path d="M6.5 6.5l11 11M17.5 6.5l-11 11" />
          </svg>
        </button>
      </div>
      {children}
    </dialog>
  );
}
