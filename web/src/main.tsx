import { render } from "preact";
import { App } from "./app";
import { catalogueDate, loadEngine } from "./engine";
import { opening } from "./opening";
import { preferredLang } from "./preferences";
import "./styles/index.css";
import { loadWords } from "./words";

const place = document.getElementById("app") ?? document.body;

/** Loads the engine and draws the page; what could not be loaded is tried again when somebody asks for it. */
async function begin(): Promise<void> {
  try {
    const lang = preferredLang();
    const [words] = await Promise.all([loadWords(lang), loadEngine()]);
    performance.mark("consnap-engine");
    const today = catalogueDate();
    const begun = await opening(today);
    place.replaceChildren();
    render(<App opening={begun} today={today} first={{ lang, words }} />, place);
    performance.mark("consnap-ready");
    document.documentElement.dataset.ready = "true";
  } catch (error) {
    render(<Failed error={error} />, place);
  }
}

/** Words that are there even if nothing else could be loaded. */
const FAILED = { en: "The page could not be loaded", zh: "无法加载页面" };
const AGAIN = { en: "Try again", zh: "重试" };

function Failed({ error }: { error: unknown }) {
  return (
    <div class="blocked-note failed" role="alert">
      <p>
        <strong>{FAILED[preferredLang()]}</strong>
      </p>
      <p>
        <code>{String(error)}</code>
      </p>
      <button type="button" class="small" onClick={() => void begin()}>
        {AGAIN[preferredLang()]}
      </button>
    </div>
  );
}

await begin();
