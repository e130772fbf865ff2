import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

// Built twice: as files, where areas and languages come when they are asked for, and as what goes into the single file.
export default defineConfig(({ mode }) => ({
  base: "./",
  resolve: { alias: { consnap: fileURLToPath(new URL("../bindings-wasm/pkg/index.js", import.meta.url)) } },
  server: { fs: { allow: [".."] } },
  build: {
    outDir: mode === "single" ? "dist/single" : "dist",
    target: "es2022",
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: { output: { codeSplitting: mode !== "single" } },
  },
  // Policies are judged in a worker: one file, and a classic script, because a page opened from a folder may start no
  // other.
  worker: { format: "iife", rolldownOptions: { output: { codeSplitting: false } } },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
}));
