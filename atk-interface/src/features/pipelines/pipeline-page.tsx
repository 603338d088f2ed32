import { Page } from "@/components/page";

export const Component = () => <Page title="Pipeline">{null}</Page>;
