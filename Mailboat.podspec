require "json"

package = JSON.parse(File.read(File.join(__dir__, "package.json")))
engine = "ios/MailboatEngine.xcframework"

# The npm package brings it; a checkout has to build it. Without it the app would compile for
# minutes and then fail to link, with names that nobody knows.
unless File.directory?(File.join(__dir__, engine))
  raise "react-native-mailboat has no #{engine}: build it with scripts/build-ios.sh, on a Mac with Xcode and Rust."
end

Pod::Spec.new do |s|
  s.name = "Mailboat"
  s.version = package["version"]
  s.summary = package["description"]
  s.license = { :type => package["license"], :file => "LICENSE" }
  # CocoaPods insists on these three; apps take the pod from node_modules.
  s.homepage = package["homepage"] || "https://example.com/react-native-mailboat"
  s.authors = package["author"] || "Mailboat contributors"
  s.source = { :path => "." }

  s.platforms = { :ios => min_ios_version_supported }

  # React Native's C++ has no stable interface, so the shim is compiled in the app, against
  # the app's own. Rust alone comes compiled.
  s.source_files = ["cpp/*.{h,cpp}", "cpp/generated/*.h", "ios/*.{h,mm}"]
  s.vendored_frameworks = engine
  s.resource_bundles = { "MailboatPrivacy" => ["ios/PrivacyInfo.xcprivacy"] }
  s.frameworks = ["BackgroundTasks", "Network", "UIKit"]

  # Nobody outside includes our headers, and another pod may have a Text.h as well.
  s.project_header_files = ["cpp/*.h", "cpp/generated/*.h", "ios/*.h"]
  s.pod_target_xcconfig = {
    "CLANG_CXX_LANGUAGE_STANDARD" => "c++20",
    "HEADER_SEARCH_PATHS" => '"$(PODS_TARGET_SRCROOT)/cpp"',
  }

  # After the settings above, to which it adds.
  install_modules_dependencies(s)
end
