// The page's frame: who is asking, which part is shown, which picture is open.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { LANGUAGES, type Language } from "../shared/i18n";
import { close, resume } from "../shared/opening";
import { type Picture, whenExpired } from "./client";
import { Detail } from "./detail";
import { PictureList } from "./list";
import { SignIn } from "./signin";
import { useSpeech } from "./speech";
import { Verify } from "./verify";

type Session = "none" | "open" | "expired";
type Tab = "pictures" | "verify";

const OPEN = /^#(img_[0-9a-f]{32})$/;
const PICTURES = "#pictures";
const VERIFY = "#verify";

function placeOf(hash: string): { tab: Tab; id: string | null } {
  return { tab: hash === VERIFY ? "verify" : "pictures", id: OPEN.exec(hash)?.[1] ?? null };
}

export function App() {
  const { words, language, change } = useSpeech();
  const [session, setSession] = useState<Session>(() => (resume() ? "open" : "none"));
  const [place, setPlace] = useState(() => placeOf(location.hash));
  const [changed, setChanged] = useState<Picture | null>(null);
  const main = useRef<HTMLElement>(null);

  useEffect(() => {
    const follow = () => setPlace(placeOf(location.hash));
    addEventListener("hashchange", follow);
    whenExpired(() => {
      close();
      setSession("expired");
    });
    return () => removeEventListener("hashchange", follow);
  }, []);

  const open = useCallback((id: string | null) => {
    location.hash = id ?? PICTURES;
  }, []);

  const signOut = () => {
    close();
    location.hash = PICTURES;
    setSession("none");
  };

  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        {words.skip}
      </button>
      <header class="bar">
        <p class="brand">
          <img src="/icon.svg" alt="" width="28" height="28" /> sonogate
        </p>
        {session === "open" && (
          <nav class="tabs" aria-label={words.title}>
            <a href={PICTURES} aria-current={place.tab === "pictures" ? "page" : undefined}>
              {words.tabs.pictures}
            </a>
            <a href={VERIFY} aria-current={place.tab === "verify" ? "page" : undefined}>
              {words.tabs.verify}
            </a>
          </nav>
        )}
        <div class="bar-end">
          <label class="visually-hidden" for="language">
            {words.language}
          </label>
          <select
            id="language"
            value={language}
            onChange={(event) => change(event.currentTarget.value as Language)}
          >
            {Object.entries(LANGUAGES).map(([code, name]) => (
              <option key={code} value={code} lang={code}>
                {name}
              </option>
            ))}
          </select>
          {session === "open" && (
            <button type="button" class="button quiet" onClick={signOut}>
              {words.signIn.out}
            </button>
          )}
        </div>
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        {session !== "open" && (
          <SignIn expired={session === "expired"} onOpen={() => setSession("open")} />
        )}
        {session !== "none" && (
          // What was begun before a session ended is still there after the next sign-in.
          <div hidden={session === "expired"}>
            <div hidden={place.tab !== "verify"}>
              <Verify open={open} />
            </div>
            <div
              class={`panes ${place.id === null ? "at-list" : "at-picture"}`}
              hidden={place.tab !== "pictures"}
            >
              <PictureList chosen={place.id} changed={changed} open={open} />
              {place.id === null ? (
                <p class="choose small">{words.list.choose}</p>
              ) : (
                <Detail
                  key={place.id}
                  id={place.id}
                  fresh={changed?.id === place.id && changed.state === "active"}
                  open={open}
                  onChange={setChanged}
                />
              )}
            </div>
          </div>
        )}
      </main>
    </>
  );
}
