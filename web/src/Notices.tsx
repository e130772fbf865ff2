import type { Work } from "./useWork";
import type { Words } from "./words";

interface Props {
  work: Work;
  words: Words;
  /** Brings a new version of the page in. */
  update: (() => void) | undefined;
}

/** What is not about the job itself: where the work comes from, and that the page has become old. */
export function Notices({ update, ...props }: Props) {
  const { words } = props;
  return (
    <>
      {update && (
        <div class="notice" role="status">
          <p>{words.newVersion}</p>
          <button type="button" class="small" onClick={update}>
            {words.reload}
          </button>
        </div>
      )}
      <Origin {...props} />
    </>
  );
}

/** Where the work comes from, as far as somebody could be mistaken about it. */
function Origin({ work, words }: Omit<Props, "update">) {
  const newest = work.notice === "link" ? work.earlier()[0] : undefined;
  switch (work.notice) {
    case "damaged":
      return (
        <div class="notice bad" role="alert">
          <p>
            <strong>{words.linkDamaged}</strong> {words.linkDamagedNote}
          </p>
          <button type="button" class="small" onClick={work.dismiss}>
            {words.linkDamagedGoOn}
          </button>
        </div>
      );
    case "link":
      // Whoever has nothing of their own has nothing to lose.
      if (!newest) return null;
      return (
        <div class="notice" role="status">
          <p>{words.linkOpened}</p>
          <button type="button" class="small" onClick={() => work.open(newest)}>
            {words.linkBack}
          </button>
        </div>
      );
    case "startedOver":
      return (
        <div class="notice" role="status">
          <p>{words.startedOver}</p>
          {work.undo && (
            <button type="button" class="small" onClick={work.undo}>
              {words.undo}
            </button>
          )}
        </div>
      );
    default:
      return null;
  }
}
