"""Objects, trees and history."""
