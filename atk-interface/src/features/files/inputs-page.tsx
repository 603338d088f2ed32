import { Page } from "@/components/page";

export const Component = () => <Page title="Inputs">{null}</Page>;
