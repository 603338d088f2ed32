import "react";

declare module "react" {
  interface CSSProperties {
    /** Custom properties of styles.css, such as a pipeline's --hue. */
    [property: `--${string}`]: string | number | undefined;
  }
}
