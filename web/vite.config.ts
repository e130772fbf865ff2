import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

export default defineConfig({
  base: "./",
  resolve: { alias: { consnap: fileURLToPath(new URL("../bindings-wasm/pkg/index.js", import.meta.url)) } },
  server: { fs: { allow: [".."] } },
  build: {
    target: "es2022",
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: { output: { codeSplitting: false } },
  },
  // Policies are judged in a worker: one file, and a classic script, because a page opened from a folder may start no
  // other.
  worker: { format: "iife", rolldownOptions: { output: { codeSplitting: false } } },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
});
