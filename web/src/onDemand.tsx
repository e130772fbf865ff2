import type { ComponentType } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import type { Words } from "./words";

/**
 * An area that comes when it is entered. What could not be loaded is tried again, or the page is reloaded: it may be
 * old.
 */
export function onDemand<P extends { words: Words }>(load: () => Promise<ComponentType<P>>) {
  let loaded: ComponentType<P> | undefined;
  return function OnDemand(props: P) {
    const { words } = props;
    const [state, setState] = useState<"absent" | "there" | "failed">(loaded ? "there" : "absent");
    const begin = useCallback(() => {
      if (loaded) return;
      setState("absent");
      load().then(
        (component) => {
          loaded = component;
          setState("there");
        },
        () => setState("failed"),
      );
    }, []);
    useEffect(begin, [begin]);
    if (state === "there" && loaded) {
      const Loaded = loaded;
      return <Loaded {...props} />;
    }
    if (state !== "failed")
      return (
        <p class="empty" role="status">
          {words.areaLoading}
        </p>
      );
    return (
      <div class="blocked-note" role="alert">
        <p>{words.areaFailed}</p>
        <button type="button" class="small" onClick={begin}>
          {words.again}
        </button>{" "}
        <button type="button" class="small" onClick={() => location.reload()}>
          {words.reload}
        </button>
      </div>
    );
  };
}
