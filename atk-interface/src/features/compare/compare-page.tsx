import { Page } from "@/components/page";

export const Component = () => <Page title="Compare">{null}</Page>;
