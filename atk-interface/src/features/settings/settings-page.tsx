import { Page } from "@/components/page";

export const Component = () => <Page title="Settings">{null}</Page>;
