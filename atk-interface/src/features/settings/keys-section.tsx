import { Kbd } from "@/components/kbd";
import { Panel } from "@/components/panel";

export const KeysSection = () => (
  <Panel title="Keys" lead="Everything here can be done from the keyboard.">
    <ul className="flex flex-col gap-2">
      <li className="flex flex-wrap items-center gap-2">
        <Kbd keys="?" /> shows every key that works on the page you are on
      </li>
      <li className="flex flex-wrap items-center gap-2">
        <Kbd keys="mod+k" /> goes to any page, run, pipeline or config
      </li>
      <li className="flex flex-wrap items-center gap-2">
        <Kbd keys="g s" /> one after the other comes back here; other letters go to other places
      </li>
    </ul>
  </Panel>
);
