import { Page } from "@/components/page";

export const Component = () => <Page title="Files">{null}</Page>;
