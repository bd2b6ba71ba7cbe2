import "../shared/theme.css";
import { render } from "preact";
import { applyLanguage, preferredLanguage } from "../shared/i18n";

applyLanguage(preferredLanguage(navigator.languages));
render(<main>Review</main>, document.getElementById("root")!);
