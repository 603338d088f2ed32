import { Page } from "@/components/page";

export const Component = () => <Page title="Outputs">{null}</Page>;
