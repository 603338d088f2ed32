import { Page } from "@/components/page";

export const Component = () => <Page title="Pipelines">{null}</Page>;
