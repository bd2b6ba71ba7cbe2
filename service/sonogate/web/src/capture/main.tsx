import "../shared/theme.css";
import "./capture.css";
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { api, type Schemas } from "../shared/api";
import { applyLanguage, type Language, preferredLanguage } from "../shared/i18n";
import { openWithCode, resume } from "../shared/opening";
import { takePairingSecret } from "../shared/session";
import { App } from "./App";
import { loadSpeech, type Speech, SpeechContext } from "./speech";

const RETRY_MS = 5000;

function Page({ first }: { first: Speech }) {
  const [speech, setSpeech] = useState(first);
  const [settings, setSettings] = useState<Schemas["GuidanceRulesOut"] | null>(null);

  // The page works before the service has told its limits, and goes on asking for them.
  useEffect(() => {
    if (settings !== null) return;
    let gone = false;
    const ask = async () => {
      const answer = await api.GET("/v1/guidance").catch(() => null);
      if (gone) return;
      if (answer?.data !== undefined) setSettings(answer.data as Schemas["GuidanceRulesOut"]);
      else setTimeout(ask, RETRY_MS);
    };
    void ask();
    return () => {
      gone = true;
    };
  }, [settings]);

  const speak = async (language: Language) => {
    setSpeech(await loadSpeech(language));
    applyLanguage(language);
  };
  return (
    <SpeechContext.Provider value={speech}>
      <main>
        <App settings={settings} onLanguage={speak} />
      </main>
    </SpeechContext.Provider>
  );
}

async function start(): Promise<void> {
  const secret = takePairingSecret();
  if (secret !== null) await openWithCode(secret);
  else resume();
  const speech = await loadSpeech(preferredLanguage(navigator.languages));
  applyLanguage(speech.language);
  document.title = speech.words.page_title;
  render(<Page first={speech} />, document.getElementById("root")!);
  // Without it the page works all the same, with a network.
  await navigator.serviceWorker?.register("/sw.js").catch(() => undefined);
}

void start();
