declare module 'node-gyp-build' {
  /** Loads the addon of `prebuilds/` that fits this platform. */
  export default function load(root: string): unknown;
}
