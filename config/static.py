"""Static files under names that hold their hash, JavaScript modules included."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Storage(CompressedManifestStaticFilesStorage):
    """Rewrite the imports of our modules too, so that all may be cached for long."""

    support_js_module_import_aggregation = True
    # A name holds the hashes of what its file imports: a pass for each module of the
    # longest chain, in the worst order; Django's five are too few for ours.
    max_post_process_passes = 12
