import { Page } from "@/components/page";

export const Component = () => <Page title="Home">{null}</Page>;
