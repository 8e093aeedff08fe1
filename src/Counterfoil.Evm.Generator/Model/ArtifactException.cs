using System;

namespace Counterfoil.Evm.Generator.Model;

/// <summary>An artifact is not one, and why: it becomes a diagnostic of the build.</summary>
sealed class ArtifactException(string message) : Exception(message);
