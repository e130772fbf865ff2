import { render } from "preact";
import { App } from "./app";
import { loadEngine } from "./engine";
import { preferredLang } from "./state";
import "./styles.css";
import { WORDS } from "./words";

const place = document.getElementById("app") ?? document.body;
const words = WORDS[preferredLang()];
try {
  await loadEngine();
  performance.mark("consnap-engine");
  render(<App />, place);
  performance.mark("consnap-ready");
  document.documentElement.dataset.ready = "true";
} catch (error) {
  place.textContent = `${words.failed}: ${String(error)}`;
}
if ("serviceWorker" in navigator && location.protocol.startsWith("http") && import.meta.env.PROD) {
  void navigator.serviceWorker.register("./sw.js").catch(() => undefined);
}
