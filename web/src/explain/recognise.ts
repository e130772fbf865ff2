// Tells what it is that was pasted. What is nothing that consnap knows is said to be nothing: the log of some other
// program says nothing about snapshots.
import {
  type Answer,
  type DecodeOutput,
  decode,
  type ExplainOutput,
  explain,
  type Lang,
  type Platform,
} from "../engine";
import { documents, type Reason } from "../facts/read";

export type Shown =
  | { kind: "explanation"; answer: Answer<ExplainOutput> }
  | { kind: "results"; answer: Answer<DecodeOutput> }
  | { kind: "nothing" }
  | { kind: "invalid"; line: number; reason: Reason };

/** `ExitCode: 12`, `exit code 12`, `"ExitCode": 12`, `退出码 12`. */
const NAMED_CODE =
  /(?:exit[ _-]?(?:code|status)|退出码|退出状态)["'”]?\s*(?:is\s|was\s|为|是)?\s*[:：=]?\s*(-?\d{1,10})(?!\d)/i;
/** The code in the text of an error of CLI or SDK. */
const API_CODE = /(?:error ?code|code|错误码)["']?\s*[:：=]\s*["']?([A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z0-9]+)*)/i;
/** What only output of the plug-in and of its launcher has. */
const PLUGIN_OUTPUT = /app-snapshot|snapshotgroup|\[level=|acs-plugin-manager|prescript|postscript|snapshot/i;

export function recognise(text: string, exitCode: string, platform: Platform, lang: Lang): Shown | undefined {
  const trimmed = text.trim();
  const code = /^-?\d{1,10}$/.test(exitCode.trim()) ? Number(exitCode) : undefined;
  if (trimmed === "")
    return code === undefined ? undefined : { kind: "results", answer: decode({ exit_code: code, lang }) };
  const json = results(trimmed, lang);
  if (json) return json;
  if (/acs-plugin-manager\b.*--(?:exec|params)|--params/s.test(trimmed)) {
    const named = /app-snapshot-plugin-win/.test(trimmed)
      ? "windows"
      : /app-snapshot-plugin/.test(trimmed)
        ? "linux"
        : platform;
    const command = text.replace(/\r?\n$/, "");
    return { kind: "explanation", answer: explain({ command, platform: named, lang }) };
  }
  if (code === undefined) {
    const named = explained(trimmed, lang);
    if (named) return named;
  }
  const letters = trimmed.replace(/\s/g, "");
  const base64 = /^[A-Za-z0-9+/]{24,}={0,2}$/.test(letters) && letters.length % 4 === 0;
  if (code === undefined && !base64 && !PLUGIN_OUTPUT.test(trimmed)) return { kind: "nothing" };
  return {
    kind: "results",
    answer: decode({
      output: trimmed,
      content_encoding: base64 ? "Base64" : "PlainText",
      ...(code === undefined ? {} : { exit_code: code }),
      lang,
    }),
  };
}

/** A code or a parameter, alone or named in a sentence. */
function explained(text: string, lang: Lang): Shown | undefined {
  const exit = NAMED_CODE.exec(text)?.[1];
  // With its output, a code is read together with it.
  if (exit !== undefined && !PLUGIN_OUTPUT.test(text))
    return { kind: "explanation", answer: explain({ code: exit, lang }) };
  if (/^[A-Za-z0-9_.:-]{1,80}$/.test(text)) {
    for (const asked of [{ code: text }, { parameter: text }]) {
      const answer = explain({ ...asked, lang });
      if (isKnown(answer)) return { kind: "explanation", answer };
    }
    return undefined;
  }
  const named = API_CODE.exec(text)?.[1];
  const answer = named === undefined ? undefined : explain({ code: named, lang });
  return answer && isKnown(answer) ? { kind: "explanation", answer } : undefined;
}

const isKnown = (answer: Answer<ExplainOutput>): boolean =>
  answer.either(
    (value) =>
      ("explanations" in value && value.explanations.length > 0) || ("parameter" in value && value.parameter != null),
    () => false, // Then it is read as something else.
  );

/** Results as the API gives them, with whatever stands before them: a prompt, a time, a log's mark. */
function results(text: string, lang: Lang): Shown | undefined {
  const begins = text.search(/[{[]\s*["{[\]}]/);
  if (begins < 0 || /^\[level=/.test(text)) return undefined;
  const whole = begins === 0;
  const read = documents(text.slice(begins));
  if ("reason" in read) return whole ? { kind: "invalid", ...read } : undefined;
  const { found } = read;
  if (!whole && !found.some((value) => typeof value === "object" && value !== null && !Array.isArray(value)))
    return undefined;
  if (!/"(?:InvokeId|InvocationStatus|InvocationResults|Invocations?|ExitCode|Output)"/i.test(text)) {
    const code = errorCode(found, lang);
    return code ?? (whole ? { kind: "nothing" } : undefined);
  }
  return {
    kind: "results",
    answer: decode({
      results: found.length === 1 ? found[0] : found,
      content_encoding: plainPage(found) ? "PlainText" : "Base64",
      lang,
    }),
  };
}

/** The code of a reply that refuses a call. */
function errorCode(found: unknown[], lang: Lang): Shown | undefined {
  for (const value of found) {
    const code = (value as { Code?: unknown } | null)?.Code;
    if (typeof code !== "string") continue;
    const answer = explain({ code, lang });
    if (isKnown(answer)) return { kind: "explanation", answer };
  }
  return undefined;
}

/** Whether the outputs of a page are plain: the reply does not say. */
function plainPage(found: unknown[]): boolean {
  const outputs: string[] = [];
  JSON.stringify(found, (key, value: unknown) => {
    if (key === "Output" && typeof value === "string" && value) outputs.push(value);
    return value;
  });
  return outputs.some((output) => !/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(output));
}
