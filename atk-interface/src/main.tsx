import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { RouterProvider } from "react-router/dom";
import { newQueryClient } from "@/api/queries";
import { router } from "@/app/router";
import { watchPreferences } from "@/lib/preferences";
import { watchKeyboard } from "@/lib/shortcuts";
import "@/styles.css";

watchPreferences();
watchKeyboard();

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no element with the id root");

createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={newQueryClient()}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
