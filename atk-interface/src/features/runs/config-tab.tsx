import { Page } from "@/components/page";

export const Component = () => <Page title="Config">{null}</Page>;
