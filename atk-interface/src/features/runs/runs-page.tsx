import { Page } from "@/components/page";

export const Component = () => <Page title="Runs">{null}</Page>;
