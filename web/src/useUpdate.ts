import { useEffect, useState } from "preact/hooks";
import { isSingleFile } from "./engine";

const HOUR = 3_600_000;

/** Keeps the page for offline use; gives what brings a new version in, once there is one. */
export function useUpdate(): (() => void) | undefined {
  const [waiting, setWaiting] = useState<ServiceWorker>();
  useEffect(() => {
    const workers = navigator.serviceWorker as ServiceWorkerContainer | undefined;
    if (!import.meta.env.PROD || !workers || !location.protocol.startsWith("http") || isSingleFile()) return undefined;
    let timer: ReturnType<typeof setInterval> | undefined;
    const follow = (registration: ServiceWorkerRegistration | undefined) => {
      if (!registration) return; // The browser keeps no service workers.
      // The first worker of all replaces nothing.
      const tell = (worker: ServiceWorker | null) => {
        if (worker?.state === "installed" && workers.controller) setWaiting(worker);
      };
      tell(registration.waiting);
      registration.addEventListener("updatefound", () => {
        const worker = registration.installing;
        worker?.addEventListener("statechange", () => tell(worker));
      });
      timer = setInterval(() => void registration.update().catch(() => undefined), HOUR);
    };
    workers.register("./sw.js").then(follow, () => undefined);
    // What is loaded before the first worker answers does not pass through it.
    const loads = new PerformanceObserver((list) => {
      const keep = list.getEntries().map((entry) => entry.name);
      void workers.ready.then((registration) => registration.active?.postMessage({ keep }));
    });
    loads.observe({ type: "resource", buffered: true });
    return () => {
      clearInterval(timer);
      loads.disconnect();
    };
  }, []);
  if (!waiting) return undefined;
  return () => {
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
    waiting.postMessage("take over");
  };
}
