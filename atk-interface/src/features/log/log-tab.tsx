import { Page } from "@/components/page";

export const Component = () => <Page title="Log">{null}</Page>;
