// Everything a program in Node imports from "react-native-mailboat/node".

export { nodeHost } from "./host";
