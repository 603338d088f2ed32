import { Page } from "@/components/page";

export const Component = () => <Page title="Samples">{null}</Page>;
