import "../shared/theme.css";
import "./review.css";
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { applyLanguage, type Language, preferredLanguage } from "../shared/i18n";
import { App } from "./app";
import { load, type Speech, SpeechContext } from "./speech";

/** The page in the language that is wanted, once its words are there. */
function Root() {
  const [language, change] = useState<Language>(() => preferredLanguage(navigator.languages));
  const [speech, setSpeech] = useState<Speech | null>(null);
  useEffect(() => {
    let wanted = true;
    load(language).then((texts) => {
      if (!wanted) return;
      applyLanguage(language);
      document.title = `${texts.words.title} · sonogate`;
      setSpeech({ ...texts, language, change });
    });
    return () => {
      wanted = false;
    };
  }, [language]);
  if (speech === null) return null;
  return (
    <SpeechContext.Provider value={speech}>
      <App />
    </SpeechContext.Provider>
  );
}

render(<Root />, document.getElementById("root")!);
