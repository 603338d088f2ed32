import { BookOpen, Boxes, Brain, FileCog, FolderInput, FolderOutput, House, MessagesSquare, Play, Settings, type LucideIcon } from "lucide-react";

/** The parts of the app, in the order in which one comes to them. `g` and `key`, one after the other, go there. */
export interface Place {
  to: string;
  name: string;
  key: string;
  icon: LucideIcon;
}

export const PLACES: readonly Place[] = [
  { to: "/", name: "Home", key: "h", icon: House },
  { to: "/pipelines", name: "Pipelines", key: "p", icon: Boxes },
  { to: "/inputs", name: "Inputs", key: "i", icon: FolderInput },
  { to: "/configs", name: "Configs", key: "c", icon: FileCog },
  { to: "/runs", name: "Runs", key: "r", icon: Play },
  { to: "/outputs", name: "Outputs", key: "o", icon: FolderOutput },
  { to: "/datasets", name: "Datasets", key: "d", icon: BookOpen },
  { to: "/models", name: "Models", key: "m", icon: Brain },
  { to: "/chat", name: "Chat", key: "t", icon: MessagesSquare },
  { to: "/settings", name: "Settings", key: "s", icon: Settings },
];
