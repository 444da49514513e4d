/** The bundler reads package.json; only the fields that are shown are declared. */
declare module '*/package.json' {
  const manifest: {
    readonly version: string;
    readonly description: string;
    readonly license: string;
  };
  export default manifest;
}
