/** Stands for modules that hold only types. */
export {};
