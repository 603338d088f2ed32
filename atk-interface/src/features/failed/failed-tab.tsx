import { Page } from "@/components/page";

export const Component = () => <Page title="Failed">{null}</Page>;
