// Runs before the page is drawn; src/lib/preferences.ts takes over from there. Keep the key the same in both.
(() => {
  let kept = {};
  try {
    kept = JSON.parse(localStorage.getItem("atk.preferences") ?? "{}");
  } catch {
    // Storage that is forbidden or holds something else: the system's theme.
  }
  const dark = kept.theme === "dark" || (kept.theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
