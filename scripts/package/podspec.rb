# Evaluates Mailboat.podspec as CocoaPods does, without CocoaPods: prints as JSON what it sets.
# React Native's own part of it is real.
#
#   ruby podspec.rb PODSPEC REACT_NATIVE

require "json"

podspec, react_native = ARGV.map { |file| File.expand_path(file) }

module Pod
  # Keeps every attribute that a podspec gives, and every dependency.
  class Spec
    attr_reader :to_hash

    def self.last
      @@last
    end

    def initialize
      @to_hash = { "dependencies" => [] }
      yield self
      @@last = self
    end

    def dependency(name, *)
      @to_hash["dependencies"] << name
    end

    def method_missing(name, *values)
      raise NoMethodError, "a podspec has no #{name}" unless name.end_with?("=") && values.length == 1

      @to_hash[name.to_s.chomp("=")] = values.first
    end

    def respond_to_missing?(*)
      true
    end
  end
end

%w[helpers utils new_architecture].each do |part|
  require File.join(react_native, "scripts/cocoapods/#{part}.rb")
end

# What React Native does beside, in an app.
%i[depend_on_js_engine add_rn_third_party_dependencies add_rncore_dependency].each do |name|
  define_method(name) { |spec| }
end

def min_ios_version_supported
  Helpers::Constants.min_ios_version_supported
end

def install_modules_dependencies(spec)
  NewArchitectureHelper.install_modules_dependencies(spec, true)
end

load podspec
puts JSON.generate(Pod::Spec.last.to_hash)
