import { Page } from "@/components/page";

export const Component = () => <Page title="Run">{null}</Page>;
