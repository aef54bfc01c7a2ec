// The small script of every page.
export {};
