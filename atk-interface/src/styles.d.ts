import "react";

declare module "react" {
  // eslint-disable-next-line @typescript-eslint/consistent-indexed-object-style -- an interface is added to, which a Record cannot be
  interface CSSProperties {
    /** Custom properties of styles.css, such as a pipeline's --hue. */
    [property: `--${string}`]: string | number | undefined;
  }
}
