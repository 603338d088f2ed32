import { Page } from "@/components/page";

export const Component = () => <Page title="Overview">{null}</Page>;
