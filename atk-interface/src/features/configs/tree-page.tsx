import { Page } from "@/components/page";

export const Component = () => <Page title="Configs">{null}</Page>;
