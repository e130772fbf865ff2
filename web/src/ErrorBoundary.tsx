import { Component, type ComponentChildren } from "preact";
import type { Words } from "./words";

interface Props {
  words: Words;
  /** What is tried anew when it changes. */
  of: unknown;
  children: ComponentChildren;
}

/** A defect in one area takes nothing else with it: what was typed stays, and the page says what happened. */
export class ErrorBoundary extends Component<Props, { error: unknown; of: unknown }> {
  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override state = { error: undefined, of: this.props.of };

  override componentDidUpdate() {
    if (this.state.of !== this.props.of) this.setState({ error: undefined, of: this.props.of });
  }

  override render() {
    const { words, children } = this.props;
    if (this.state.error === undefined) return children;
    return (
      <div class="blocked-note" role="alert">
        <p>
          <strong>{words.defect}</strong> {words.defectKept}
        </p>
        <p>
          <code>{String(this.state.error)}</code>
        </p>
        <button type="button" class="small" onClick={() => location.reload()}>
          {words.reload}
        </button>
      </div>
    );
  }
}
